import { Controller, Get } from "@nestjs/common"
import { TugsService } from "./tugs.service"

@Controller("tugs")
export class TugsController {
  constructor(private readonly tugs: TugsService) {}

  @Get("figures")
  figures() {
    return this.tugs.figures()
  }
}
