import { Body, Controller, Get, Post } from "@nestjs/common";
import { NoticesService } from "./notices.service";

@Controller("notices")
export class NoticesController {
  constructor(private readonly notices: NoticesService) {}

  @Get("test")
  async test() {
    return await this.notices.announce("test", undefined);
  }

  @Post("berths")
  async berths(@Body() ships: { id: string }[]) {
    return await this.notices.berths(ships);
  }
}
