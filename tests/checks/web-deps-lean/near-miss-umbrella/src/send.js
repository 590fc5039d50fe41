import { Body } from "letter-body";
import courier from "mail-courier";

courier.send(Body({ text: "The ferry of 10:40 is late." }));
