import { Inject, Injectable } from '@nestjs/common';
import { Passenger } from './passenger.model';

@Injectable()
export class PassengersService {
  constructor(@Inject('Passenger') private readonly passengerModel: () => typeof Passenger) {}

  async all(): Promise<Passenger[]> {
    const passengers = await this.passengerModel().query().withGraphFetched('cabin');
    return passengers;
  }
}
