export default import.meta.env.REACT_APP_API
