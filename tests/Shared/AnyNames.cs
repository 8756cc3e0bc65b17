using Xunit;

namespace Mien.TestSupport;

/// <summary>Names that a class may have and that something between the data set and the screen could take for its own.</summary>
internal static class AnyNames
{
    public static string[] Names { get; } =
    [
        "one,two", "[red]", "[/]", "a]b[c", "\"quoted\"", "it's", "two words", "a;b", "a=b", "a.b/c", "back\\slash", "x", "face", "label",
        "error", "file", "p(x)",
        "überrascht", "驚き", "😀", "<b>bold</b>", "</script><script>alert(1)</script>", "&amp;", "{0}", "--map", "=1+1", "uncertain",
        "__proto__", "0",
        new string('w', 300),
    ];

    public static TheoryData<string> All { get; } = new(Names);
}
