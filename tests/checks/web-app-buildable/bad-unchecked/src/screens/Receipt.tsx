export const Receipt = () => <p>Paid</p>;
