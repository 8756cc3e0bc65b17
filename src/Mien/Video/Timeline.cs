using SkiaSharp;

namespace Mien.Video;

/// <summary>A picture of each face's expression over time: a row a face, its probabilities stacked, time rightwards.</summary>
/// <remarks>The memory is the same for a minute and a day: cells of time become twice as long whenever they run out.</remarks>
public sealed class Timeline(IReadOnlyList<string> labels)
{
    private const int Cells = 1024;
    private const int MostRows = 64;
    private const int DrawnRows = 24;
    private const int RowHeight = 46;
    private const int RowGap = 14;
    private const int Left = 90;
    private const int LegendTop = 12;
    private const int LegendRow = 24;
    private const int Bottom = 40;
    private const int Square = 14;
    private const float TextSize = 18;
    private const float SmallSize = 11;

    private readonly Dictionary<int, Row> _rows = [];
    private TimeSpan _cell = TimeSpan.FromMilliseconds(10);
    private TimeSpan _end;
    private int _leftOut;

    /// <summary>Adds a face of one frame.</summary>
    /// <param name="face">The face.</param>
    /// <param name="duration">How long the frame is shown.</param>
    public void Add(TrackedFace face, TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(face);
        TimeSpan end = face.Time + duration;
        if (end > _end)
            _end = end;
        while (_end > _cell * Cells)
        {
            _cell *= 2;
            foreach (Row each in _rows.Values)
                each.Halve();
        }

        if (!_rows.TryGetValue(face.Track, out Row? row))
        {
            MakeRoom();
            _rows.Add(face.Track, row = new Row(labels.Count));
        }

        row.Frames++;
        for (int cell = (int)(face.Time / _cell); cell < Math.Min(Math.Ceiling(end / _cell), Cells); cell++)
            row.Add(cell, face.Face.Probabilities);
    }

    /// <summary>Writes it as PNG.</summary>
    /// <exception cref="MienException">The file can't be written.</exception>
    public void Save(string path)
    {
        KeyValuePair<int, Row>[] rows = [.. _rows.OrderByDescending(row => row.Value.Frames).Take(DrawnRows).OrderBy(row => row.Key)];
        int leftOut = _leftOut + _rows.Count - rows.Length;
        (string Text, float X, float Y)[] legend = [.. Legend()];
        int top = (int)legend.Select(each => each.Y).LastOrDefault(LegendTop) + LegendRow + 8;
        int height = top + Math.Max(rows.Length, 1) * (RowHeight + RowGap) + Bottom;
        using var bitmap = new SKBitmap(new SKImageInfo(Left + Cells + 20, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(SKColors.White);
            using var ink = new SKPaint { Color = SKColors.Black, IsAntialias = true };
            DrawLegend(canvas, ink, legend);
            for (int i = 0; i < rows.Length; i++)
                DrawRow(canvas, ink, rows[i].Key, rows[i].Value, top + i * (RowHeight + RowGap));
            DrawTimes(canvas, ink, height - Bottom, leftOut);
        }

        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        AtomicFile.Write(path, file => file.Write(data.AsSpan()));
    }

    private void MakeRoom()
    {
        if (_rows.Count < MostRows)
            return;
        // The shortest of those seen so far: passers-by.
        _rows.Remove(_rows.MinBy(row => row.Value.Frames).Key);
        _leftOut++;
    }

    /// <summary>Names and the places of their squares, in as many rows as they need.</summary>
    private IEnumerable<(string Text, float X, float Y)> Legend()
    {
        const float Room = Square + 6;
        float x = Left;
        float y = LegendTop;
        foreach (string label in labels)
        {
            string text = LabelText.Fit(label, Cells - Room, TextSize);
            float width = Room + LabelText.Width(text, TextSize);
            if (x > Left && x + width > Left + Cells)
                (x, y) = (Left, y + LegendRow);
            yield return (text, x, y);
            x += width + Square;
        }
    }

    private void DrawLegend(SKCanvas canvas, SKPaint ink, (string Text, float X, float Y)[] legend)
    {
        for (int i = 0; i < legend.Length; i++)
        {
            (string text, float x, float y) = legend[i];
            using SKPaint color = Color(i);
            canvas.DrawRect(x, y, Square, Square, color);
            LabelText.Draw(canvas, text, x + Square + 6, y, TextSize, ink);
        }
    }

    private void DrawRow(SKCanvas canvas, SKPaint ink, int track, Row row, float y)
    {
        LabelText.Draw(canvas, LabelText.Fit($"face {track}", Left - 12, TextSize), 8, y + (RowHeight - LabelText.CapHeight(TextSize)) / 2,
            TextSize, ink);
        using var ground = new SKPaint { Color = new SKColor(240, 240, 240) };
        canvas.DrawRect(Left, y, Cells, RowHeight, ground);
        SKPaint[] colors = [.. Enumerable.Range(0, labels.Count).Select(Color)];
        double cellsAPixel = _end / _cell / Cells;
        for (int x = 0; x < Cells; x++)
        {
            ReadOnlySpan<float> shares = row.Shares((int)((x + 0.5) * cellsAPixel));
            float bottom = y + RowHeight;
            for (int i = 0; i < shares.Length; i++)
            {
                float high = shares[i] * RowHeight;
                canvas.DrawRect(Left + x, bottom - high, 1, high, colors[i]);
                bottom -= high;
            }
        }

        foreach (SKPaint color in colors)
            color.Dispose();
    }

    private void DrawTimes(SKCanvas canvas, SKPaint ink, float y, int leftOut)
    {
        double seconds = Math.Max(_end.TotalSeconds, 0.001);
        double step = Step(seconds / 8);
        for (double at = 0; at <= seconds; at += step)
        {
            float x = Left + (float)(at / seconds * Cells);
            canvas.DrawRect(x, y, 1, 6, ink);
            string text = step < 1 ? FormattableString.Invariant($"{at:0.0}") : seconds < 120 ? $"{at:0}"
                : $"{(int)at / 3600:00}:{(int)at / 60 % 60:00}:{(int)at % 60:00}";
            LabelText.Draw(canvas, text, Math.Max(x - LabelText.Width(text, TextSize) / 2, 0), y + 10, TextSize, ink);
        }

        if (leftOut > 0)
            LabelText.Draw(canvas, $"{leftOut} shorter left out", 8, y + 27, SmallSize, ink);
    }

    /// <summary>The next of 1, 2, 5 times a power of ten.</summary>
    private static double Step(double least)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return power * (least / power <= 1 ? 1 : least / power <= 2 ? 2 : least / power <= 5 ? 5 : 10);
    }

    private SKPaint Color(int place) => new() { Color = SKColor.Parse(Palette.Of(labels[place], place)) };

    /// <summary>Sums of one face's probabilities in each cell of time.</summary>
    private sealed class Row(int classes)
    {
        private readonly float[] _sums = new float[Cells * classes];
        private readonly int[] _counts = new int[Cells];

        public long Frames { get; set; }

        public void Add(int cell, IReadOnlyList<float> probabilities)
        {
            _counts[cell]++;
            for (int i = 0; i < classes; i++)
                _sums[cell * classes + i] += probabilities[i];
        }

        /// <summary>Mean probabilities of a cell; empty where the face was not seen.</summary>
        public ReadOnlySpan<float> Shares(int cell)
        {
            if (cell >= Cells || _counts[cell] == 0)
                return [];
            float[] shares = new float[classes];
            for (int i = 0; i < classes; i++)
                shares[i] = _sums[cell * classes + i] / _counts[cell];
            return shares;
        }

        /// <summary>Two cells become one.</summary>
        public void Halve()
        {
            for (int cell = 0; cell < Cells; cell++)
            {
                int count = 2 * cell + 1 < Cells ? _counts[2 * cell] + _counts[2 * cell + 1] : 0;
                for (int i = 0; i < classes; i++)
                    _sums[cell * classes + i] = count > 0 ? _sums[2 * cell * classes + i] + _sums[(2 * cell + 1) * classes + i] : 0;
                _counts[cell] = count;
            }
        }
    }
}
