export const Switcher = () => (
  <nav>
    <a href="/zh">
      <i className="flag" /> 中文
    </a>
    <a href="/en">
      <i className="flag" /> English
    </a>
  </nav>
)
