import { type FormEvent, useState } from "react";
import { Link } from "react-router-dom";

import { book } from "../api";

export default function BookingPage() {
  const [done, setDone] = useState(false);

  async function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    await book(Object.fromEntries(form) as Record<string, string>);
    setDone(true);
  }

  if (done) {
    return <p>Thank you. The confirmation is on its way.</p>;
  }
  return (
    <form onSubmit={send}>
      <input name="berth_id" type="hidden" />
      <input name="skipper_email" type="email" required aria-label="Mail address" />
      <input name="arrives_on" type="date" required aria-label="First night" />
      <input name="leaves_on" type="date" required aria-label="Departure" />
      <p>
        <Link to="/terms">Terms</Link>
      </p>
      <button type="submit">Book</button>
    </form>
  );
}
