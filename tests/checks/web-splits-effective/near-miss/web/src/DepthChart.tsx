import dynamic from 'next/dynamic';

function DepthChart({ depths }: { depths: number[] }) {
  return <canvas width={window.innerWidth} height={depths.length} />;
}

// Drawn in the browser alone: it asks for the window.
export default dynamic(() => Promise.resolve(DepthChart), { ssr: false });
