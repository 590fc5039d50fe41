const { Router } = require("express");
const { PrismaClient } = require("@prisma/client");

const prisma = new PrismaClient();
const router = Router();

router.get("/:id", async (req, res) => {
  res.json(await prisma.room.findUnique({ where: { id: Number(req.params.id) } }));
});

module.exports = router;
