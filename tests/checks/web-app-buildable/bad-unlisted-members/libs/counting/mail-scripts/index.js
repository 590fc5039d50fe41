import imapflow from "imapflow";

console.log(imapflow);
