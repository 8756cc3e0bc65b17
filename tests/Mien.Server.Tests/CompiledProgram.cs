using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Mien.Server.Tests;

/// <summary>C# that is compiled while the tests run: what a document shows, or what a tool has made.</summary>
internal sealed class CompiledProgram
{
    private const string Usings = "global using System; global using System.IO; global using System.Linq; global using System.Net.Http; "
        + "global using System.Threading.Tasks; global using System.Collections.Generic; global using Microsoft.AspNetCore.Builder; global "
            + "using Microsoft.Extensions.DependencyInjection;";

    public CompiledProgram(string source, bool library = false)
    {
        // Whatever the tests themselves have at hand may be referenced.
        string[] trusted = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var compilation = CSharpCompilation.Create(
            "Made",
            library ? [CSharpSyntaxTree.ParseText(source)] : [CSharpSyntaxTree.ParseText(Usings), CSharpSyntaxTree.ParseText(source)],
            trusted.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(library ? OutputKind.DynamicallyLinkedLibrary : OutputKind.ConsoleApplication,
                nullableContextOptions: library ? NullableContextOptions.Annotations : NullableContextOptions.Enable));
        using var image = new MemoryStream();
        Microsoft.CodeAnalysis.Emit.EmitResult result = compilation.Emit(image);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics.Where(diagnostic =>
            diagnostic.Severity == DiagnosticSeverity.Error)) + source);
        image.Position = 0;
        Assembly = new AssemblyLoadContext("made").LoadFromStream(image);
    }

    public Assembly Assembly { get; }

    public MethodInfo? EntryPoint => Assembly.EntryPoint;

    /// <summary>Runs it to its end and gives what it wrote to the console.</summary>
    public async Task<string> Run()
    {
        TextWriter before = Console.Out;
        using var written = new StringWriter();
        Console.SetOut(written);
        try
        {
            // The compiler's own entry point waits for the program's asynchronous one.
            await Task.Run(() => EntryPoint!.Invoke(null, EntryPoint.GetParameters().Length == 0 ? [] : [Array.Empty<string>()]));
        }
        finally
        {
            Console.SetOut(before);
        }

        return written.ToString();
    }
}
