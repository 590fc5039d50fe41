"use client";
import { useForm } from "react-hook-form";

export function Remark() {
  const form = useForm();
  return <form onSubmit={form.handleSubmit(console.log)} />;
}
