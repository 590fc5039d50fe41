export class SyncDto {
  itemHashes!: { uuid: string; content: string }[];
}
