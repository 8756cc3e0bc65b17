using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace Mien.Reports.Page;

/// <summary>Collects HTML. What is put between braces of <see cref="Add(ref Interpolated)"/> is escaped.</summary>
internal sealed class Html
{
    private readonly StringBuilder _text = new();

    /// <summary>Adds markup whose inserted values are escaped.</summary>
    public Html Add(ref Interpolated markup)
    {
        _text.Append(markup.ToString());
        return this;
    }

    /// <summary>Adds markup as it is.</summary>
    public Html Raw(string markup)
    {
        _text.Append(markup);
        return this;
    }

    public override string ToString() => _text.ToString();

    /// <summary>Escapes every inserted value.</summary>
    [InterpolatedStringHandler]
    internal readonly ref struct Interpolated
    {
        private readonly StringBuilder _text;

        public Interpolated(int literalLength, int formattedCount) => _text = new StringBuilder(literalLength + formattedCount * 16);

        public void AppendLiteral(string text) => _text.Append(text);

        public void AppendFormatted<T>(T value, string? format = null) => _text.Append(WebUtility.HtmlEncode(
            value is IFormattable formattable ? formattable.ToString(format, System.Globalization.CultureInfo.InvariantCulture)
                : value?.ToString()));

        public override string ToString() => _text.ToString();
    }
}
