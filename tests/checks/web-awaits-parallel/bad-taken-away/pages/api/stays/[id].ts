import { fetchGuests, fetchPhotos, fetchStay } from "../../../lib/stays";

export default async function handle(req, res) {
  if (req.method === "GET") {
    return res.json({});
  } else if (req.method === "DELETE") {
    const stay = await fetchStay(req.query.id);
    const guests = await fetchGuests(req.query.id);
    const photos = await fetchPhotos(req.query.id);
    return res.json({ stay, guests, photos });
  }
}
