import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { BerthsModule } from "./berths/berths.module";

@Module({ imports: [TypeOrmModule.forRoot({}), BerthsModule] })
export class AppModule {}
