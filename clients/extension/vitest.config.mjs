/** Tests run on the sources; what the build puts in is put in here. */

export default { define: { DEFAULT_SERVER: JSON.stringify("http://127.0.0.1:8765"), HAS_ENGINE: "true" } };
