const SERVICE = "https://stays.example/v1";

export async function fetchStay(id) {
  const answer = await fetch(`${SERVICE}/stays/${id}`);
  return answer.json();
}

export async function fetchGuests(id) {
  const answer = await fetch(`${SERVICE}/guests/${id}`);
  return answer.json();
}

export async function fetchPhotos(id) {
  const answer = await fetch(`${SERVICE}/photos/${id}`);
  return answer.json();
}
