import { countBeds, getWardLimit, getWardRules } from "./wards";

// one connection does one thing at a time
export async function freeBeds(tx: Transaction, ward: string) {
  const limit = await getWardLimit(tx, ward);
  const rules = await getWardRules(tx, ward);
  const beds = await countBeds(tx, ward);
  return Math.min(limit, rules.most) - beds;
}

export async function discharge(pool: Pool, id: string) {
  const { rows } = await pool.query("SELECT ward FROM stays WHERE id = $1", [id]);
  const { rowCount } = await pool.query("DELETE FROM stays WHERE id = $1", [id]);
  return rowCount > 0 ? rows[0].ward : null;
}

// the second is asked only when the first is there
export async function assertAdmitted(id: string) {
  const stay = await fetchStay(id);
  const doctor = await fetchDoctorOnDuty();
  if (!stay || !doctor) throw new Error("not admitted");
}
