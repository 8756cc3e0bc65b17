using BenchmarkDotNet.Running;
using Mien.Benchmarks;

// `peers FOLDER FER2013 [MODEL]` compares with the peer; anything else goes to BenchmarkDotNet.
if (args is ["peers", string photos, string faces, ..])
    return PeerComparison.Run(photos, faces, args.ElementAtOrDefault(3));
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
