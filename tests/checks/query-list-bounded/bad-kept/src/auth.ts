export async function requireAuth(roles: string[]) {
  if (roles.length === 0) throw new Error("nobody")
}
