export function wanted(given: Record<string, string>) {
  const missing: string[] = [];
  const require = (field: string) => {
    if (!given[field]) missing.push(field);
  };
  require("berth_number");
  require("draught");
  return missing;
}
