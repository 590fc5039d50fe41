import { Controller, Get, Param, Post } from "@nestjs/common";
import { BerthsService } from "./berths.service";

@Controller("berths")
export class BerthsController {
  constructor(private readonly berths: BerthsService) {}

  @Get()
  every() {
    return this.berths.everyBerth();
  }

  @Get("of/:quay")
  ofQuay(@Param("quay") quay: string) {
    return this.berths.ofQuay(quay);
  }

  @Get("drivers")
  everyDriver() {
    return this.berths.everyDriver();
  }

  @Get("surveys")
  everySurvey() {
    return this.berths.everySurvey("north");
  }

  @Post("cron/settle")
  settle() {
    return this.berths.settle();
  }
}
