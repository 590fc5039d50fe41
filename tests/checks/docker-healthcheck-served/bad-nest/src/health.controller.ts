import { Controller, Get } from "@nestjs/common";

@Controller("health")
export class HealthController {
  @Get()
  alive() {
    return { status: "ok" };
  }
}
