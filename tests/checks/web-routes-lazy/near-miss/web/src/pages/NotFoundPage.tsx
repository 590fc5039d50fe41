export const NotFoundPage = () => <p>gone</p>;
