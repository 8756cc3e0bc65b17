using System.Diagnostics.CodeAnalysis;
using Mien.Imaging;

namespace Mien;

/// <summary>A network as its file, for a runtime elsewhere.</summary>
/// <param name="Input">What it reads: <see cref="Preprocessing.Normalize"/> makes it from gray levels.</param>
/// <param name="Onnx">The .onnx file's bytes; its card lies in the file's metadata.</param>
[SuppressMessage("Performance", "CA1819", Justification = "A file's bytes.")]
public sealed record ModelFile(InputSpec Input, byte[] Onnx);
