"use client";
import { useForm } from "react-hook-form";

export default function Edit() {
  const all = useForm();
  return <pre>{JSON.stringify(all)}</pre>;
}
