import { Mailer } from './mailer';

export function connect(mailer: Mailer): void {
  console.log(Object.keys(mailer.settings()));
}
