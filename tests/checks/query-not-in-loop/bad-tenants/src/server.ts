import express from "express"
import { listMembers, listOwn, listSongs, listScores } from "./choirs"
import { requireAdmin } from "./auth"

const app = express()

app.get("/members", listMembers)
app.get("/own", listOwn)
app.get("/songs", listSongs)
app.get("/scores", requireAdmin, listScores)

app.listen(3000)
