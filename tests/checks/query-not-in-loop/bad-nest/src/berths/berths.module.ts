import { Module } from "@nestjs/common";
import { BerthsController } from "./berths.controller";
import { BerthsService } from "./berths.service";

@Module({ controllers: [BerthsController], providers: [BerthsService] })
export class BerthsModule {}
