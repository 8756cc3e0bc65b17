using System.Net;
using System.Text;
using Markdig;
using Mien.Reports.Page;

namespace Mien.Reports.Notebooks;

/// <summary>A notebook as one page that opens without network.</summary>
internal static class NotebookPage
{
    private static readonly MarkdownPipeline Markdown = new MarkdownPipelineBuilder().UsePipeTables().UseAutoIdentifiers().DisableHtml()
        .Build();

    public static string Write(IReadOnlyList<NotebookCell> cells, IReadOnlyList<IReadOnlyList<NotebookOutput>> outputs)
    {
        var body = new Html();
        for (int i = 0; i < cells.Count; i++)
        {
            if (cells[i].Kind == CellKind.Markdown)
            {
                body.Raw(Markdig.Markdown.ToHtml(cells[i].Source, Markdown));
                continue;
            }

            body.Add($"<pre class=\"code\"><code>{cells[i].Source}</code></pre>\n");
            foreach (NotebookOutput output in outputs[i])
                Output(body, output);
        }

        string title = cells.SelectMany(cell => cell.Source.Split('\n'))
            .FirstOrDefault(line => line.StartsWith("# ", StringComparison.Ordinal)) ?? "# Notebook";
        return $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
            <title>{WebUtility.HtmlEncode(title[2..])}</title>
            <link rel="icon" href="data:,">
            <style>
            {Resources.Text("notebook.css")}</style>
            </head>
            <body>
            <main>
            {body}</main>
            </body>
            </html>

            """.ReplaceLineEndings("\n");
    }

    private static void Output(Html body, NotebookOutput output)
    {
        if (output.Png is null)
        {
            body.Add($"<pre class=\"output\">{output.Text}</pre>\n");
            return;
        }

        (string kind, byte[] bytes) = output.Svg is { } svg ? ("svg+xml", Encoding.UTF8.GetBytes(svg)) : ("png", output.Png);
        body.Add($"<p class=\"output\"><img width=\"{output.Width}\" alt=\"{output.Text}\" "
            + $"src=\"data:image/{kind};base64,{Convert.ToBase64String(bytes)}\"></p>\n");
    }
}
