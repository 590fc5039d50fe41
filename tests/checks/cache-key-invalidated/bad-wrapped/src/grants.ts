import { withCache } from './cache'
import { prisma } from './db'

export class Grants {
  static async ofRole(role: string) {
    return withCache(`permissions:role:${role}`, 600, async () => {
      const known = await prisma.role.findFirst({ where: { slug: role }, include: { permissions: true } })
      return known?.permissions ?? []
    })
  }

  static async all() {
    return withCache('permissions:all', 600, async () => prisma.permission.findMany())
  }

  static async allow(roleId: string, permissionId: string) {
    await prisma.rolePermission.create({ data: { roleId, permissionId } })
  }

  static async forbid(roleId: string, permissionId: string) {
    await prisma.rolePermission.deleteMany({ where: { roleId, permissionId } })
  }
}
