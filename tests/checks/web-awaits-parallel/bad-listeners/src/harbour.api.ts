import { Injectable } from "@nestjs/common";

@Injectable()
export class HarbourApi {
  async fetchDetails(id: string): Promise<string> {
    const answer = await fetch(`https://ships.example/v1/${id}`);
    return answer.text();
  }
}
