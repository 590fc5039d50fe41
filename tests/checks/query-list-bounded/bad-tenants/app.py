from fastapi import Depends, FastAPI
from sqlalchemy import DateTime, ForeignKey, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from wiring import asking_tenant, opened

app = FastAPI()


class Base(DeclarativeBase):
    pass


class Shipment(Base):
    __tablename__ = "shipments"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    created_at = mapped_column(DateTime, default=func.now())


@app.get("/shipments")
def shipments(tenant=Depends(asking_tenant), session: Session = Depends(opened)):
    rows = session.scalars(select(Shipment).where(Shipment.tenant_id == tenant.id)).all()
    return [{"id": one.id} for one in rows]


# One order has a few.
@app.get("/of-order")
def of_order(order: int, tenant=Depends(asking_tenant), session: Session = Depends(opened)):
    asked = select(Shipment).where(Shipment.tenant_id == tenant.id, Shipment.order_id == order)
    rows = session.scalars(asked).all()
    return [{"id": one.id} for one in rows]
