import { Upload } from "tus-js-client";

export function send(file: string): void {
  new Upload(new Blob([file]), { endpoint: "https://files.example.org/" }).start();
}
