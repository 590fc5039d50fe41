ALTER TABLE "ascents" ADD CONSTRAINT "ascents_climber_fkey" FOREIGN KEY ("climber") REFERENCES "climbers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
