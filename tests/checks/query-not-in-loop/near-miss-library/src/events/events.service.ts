import { Injectable } from '@nestjs/common';
import { Visit } from './visit.model';

@Injectable()
export class EventsService {
  async names(ids: number[]) {
    const visits = await Visit.query().findByIds(ids).withGraphFetched('plot');
    const lines = [];
    for (const visit of visits) {
      lines.push(await this.line(visit));
    }
    return lines;
  }

  /** What has been put into words before is not asked for again. */
  private async line(visit: Visit) {
    if (visit.plotName) {
      return visit.plotName;
    }
    return await this.format(visit.id);
  }

  private async format(id: number) {
    return `visit ${id}`;
  }

  parts(ids: number[]) {
    return ids.map((id) => Visit.query().where('id', id).toKnexQuery().toQuery());
  }
}
