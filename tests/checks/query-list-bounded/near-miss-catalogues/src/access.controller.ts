import { Controller, Get, Query } from "@nestjs/common"
import { AccessService } from "./access.service"

@Controller("access")
export class AccessController {
  constructor(private readonly access: AccessService) {}

  @Get("active")
  active() {
    return this.access.findActive()
  }

  @Get("quays")
  quays(@Query("harborId") harborId: number) {
    return this.access.quaysOf(harborId)
  }

  @Get("visits")
  visits(@Query("page") page: number) {
    return this.access.findVisits({ skip: 20 * page, take: 20 })
  }
}
