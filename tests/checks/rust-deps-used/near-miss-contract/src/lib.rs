use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Response, StdResult};
use sylvia::contract;
use sylvia::ctx::InstantiateCtx;

#[cw_serde]
pub struct Fare {
    pub lane: u32,
}

pub struct TollContract;

#[contract]
impl TollContract {
    #[sv::msg(instantiate)]
    pub fn instantiate(&self, _ctx: InstantiateCtx) -> StdResult<Response> {
        Ok(Response::default())
    }
}
