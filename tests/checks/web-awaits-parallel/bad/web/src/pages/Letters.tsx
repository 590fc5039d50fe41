import { useCallback, useState } from "react";
import { api, uploadScan } from "../services/api";

export function Letters({ patientId }: { patientId: string }) {
  const [scans, setScans] = useState<Scan[]>([]);

  // what the reception drops here goes to the archive
  const handleDrop = useCallback(async (files: File[]) => {
    const added: Scan[] = [];
    for (const file of files) {
      try {
        const scan = await uploadScan(patientId, file);
        added.push(scan);
      } catch (error) {
        console.error("upload failed", file.name, error);
      }
    }
    setScans((before) => [...before, ...added]);
  }, [patientId]);

  const refresh = async () => {
    const letters = await api.getLetters(patientId);
    const scanned = await api.getScans(patientId);
    const visits = await api.getVisits(patientId);
    setScans(merge(letters, scanned, visits));
  };

  // The scans are handed over: two of the three ask.
  const reload = async () => {
    const marks = await api.getScanMarkMap(patientId, scanMarks);
    const letters = await api.getLetters(patientId);
    const visits = await api.getVisits(patientId);
    setScans(merge(letters, marks, visits));
  };

  return <Dropzone onDrop={handleDrop} onRefresh={refresh} items={scans} />;
}
