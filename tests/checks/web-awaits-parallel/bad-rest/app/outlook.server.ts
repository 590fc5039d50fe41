interface Shift {
  id: string;
  start: string;
}

class OutlookCalendar {
  async fetchShift(id: string): Promise<Shift> {
    const answer = await fetch(`https://graph.microsoft.com/v1.0/me/events/${id}`);
    return answer.json();
  }
}

export const outlookCalendar = new OutlookCalendar();
