using System.Buffers;
using Mien.Imaging;

namespace Mien.Detection;

/// <summary>A part of one level of a pyramid, in the level's pixels.</summary>
internal readonly record struct Region(int X, int Y, int Width, int Height);

/// <summary>
/// Where on a level faces of 24 to 48 of its pixels can be. Such a face has edges of about four pixels (eyes, mouth);
/// parts of a picture without any detail of that size (sky, walls, what is out of focus) need no search.
/// </summary>
/// <remarks>Detail is the difference between the next two levels (a Laplacian pyramid, Burt and Adelson 1983).</remarks>
internal static class SearchRegions
{
    // Geometric mean of four neighboring blocks' detail, in gray levels: an edge alone leaves some of them plain, a face
    // none. 99.5 % of FER2013's Training faces have this much at 26 pixels, 99.75 % at 36 and 48 (docs/experiments-log.md).
    private const float LeastDetail = 5f;

    // A block of 16 pixels a side, 8 on the level above.
    private const int Block = 16;
    private const int HalfBlock = Block / 2;

    // Half of the largest face that this level has to find, and what lies around it.
    private const int Margin = 32;

    // Larger parts are cut: memory stays bounded, and the cost of a pixel is lowest here.
    private const int LongestSide = 512;

    // Levels of up to this many pixels a side are searched whole.
    private const int AlwaysSearched = 256;

    /// <summary>Parts of a level that hold all places with detail.</summary>
    /// <param name="pyramid">The picture.</param>
    /// <param name="level">The level, 0 for the full picture.</param>
    /// <param name="regions">Emptied, then receives the parts.</param>
    public static void Find(Pyramid pyramid, int level, List<Region> regions)
    {
        regions.Clear();
        Level full = pyramid[level];
        if (Math.Max(full.Width, full.Height) <= AlwaysSearched)
            regions.Add(Rounded(new Region(0, 0, full.Width, full.Height), full));
        else
        {
            using var map = new DetailMap(pyramid[level + 1], pyramid[level + 2]);
            map.Cover(full, regions);
        }
    }

    private static Region Rounded(Region region, Level level)
    {
        int width = (region.Width + BlazeFace.Multiple - 1) / BlazeFace.Multiple * BlazeFace.Multiple;
        int height = (region.Height + BlazeFace.Multiple - 1) / BlazeFace.Multiple * BlazeFace.Multiple;
        // Rather more of the picture than gray beyond its edge.
        return new Region(
            Math.Max(0, Math.Min(region.X, level.Width - width)), Math.Max(0, Math.Min(region.Y, level.Height - height)), width, height);
    }

    /// <summary>For each place where four blocks meet, whether there is detail.</summary>
    private sealed class DetailMap : IDisposable
    {
        private readonly int _columns;
        private readonly int _rows;

        // Places with detail above and left of each place: any rectangle's count in four look-ups.
        private readonly int[] _counts;

        public DetailMap(Level half, Level quarter)
        {
            int across = half.Width / HalfBlock;
            int down = half.Height / HalfBlock;
            float[] detail = ArrayPool<float>.Shared.Rent(across * down);
            for (int y = 0; y < down; y++)
            {
                for (int x = 0; x < across; x++)
                    detail[y * across + x] = Detail(half, quarter, x * HalfBlock, y * HalfBlock);
            }

            _columns = Math.Max(across - 1, 0);
            _rows = Math.Max(down - 1, 0);
            int places = (_columns + 1) * (_rows + 1);
            _counts = ArrayPool<int>.Shared.Rent(places);
            Array.Clear(_counts, 0, places);
            for (int y = 0; y < _rows; y++)
            {
                for (int x = 0; x < _columns; x++)
                {
                    int i = y * across + x;
                    bool any = detail[i] * detail[i + 1] * detail[i + across] * detail[i + across + 1]
                        >= LeastDetail * LeastDetail * LeastDetail * LeastDetail;
                    int j = (y + 1) * (_columns + 1) + x + 1;
                    _counts[j] = _counts[j - 1] + _counts[j - _columns - 1] - _counts[j - _columns - 2] + (any ? 1 : 0);
                }
            }

            ArrayPool<float>.Shared.Return(detail);
        }

        public void Dispose() => ArrayPool<int>.Shared.Return(_counts);

        public void Cover(Level level, List<Region> regions) => Cover(Shrink(0, 0, _columns, _rows), level, regions);

        /// <summary>Rectangles of little area over all places with detail: cuts in two as long as that saves a tenth.</summary>
        private void Cover((int Left, int Top, int Right, int Bottom) places, Level level, List<Region> regions)
        {
            if (places.Right <= places.Left)
                return;
            (var first, var second, long area) = BestCut(places);
            long whole = Area(places);
            if (area < whole * 9 / 10 || Sides(places) is var (width, height) && Math.Max(width, height) > LongestSide)
            {
                Cover(first, level, regions);
                Cover(second, level, regions);
                return;
            }

            int left = Math.Max((places.Left + 1) * Block - Margin, 0);
            int top = Math.Max((places.Top + 1) * Block - Margin, 0);
            int right = Math.Min(places.Right * Block + Margin, level.Width);
            int bottom = Math.Min(places.Bottom * Block + Margin, level.Height);
            regions.Add(Rounded(new Region(left, top, right - left, bottom - top), level));
        }

        private ((int, int, int, int) First, (int, int, int, int) Second,
            long Area) BestCut((int Left, int Top, int Right, int Bottom) places)
        {
            (int left, int top, int right, int bottom) = places;
            ((int, int, int, int) First, (int, int, int, int) Second, long Area) best = (places, (0, 0, 0, 0), long.MaxValue);
            bool wide = right - left >= bottom - top;
            int every = Math.Max(1, Math.Max(right - left, bottom - top) / 32);
            for (int x = left + every; x < right; x += every)
                Consider(Shrink(left, top, x, bottom), Shrink(x, top, right, bottom), wide && x == left
                    + (right - left) / every / 2 * every);
            for (int y = top + every; y < bottom; y += every)
                Consider(Shrink(left, top, right, y), Shrink(left, y, right, bottom), !wide && y == top
                    + (bottom - top) / every / 2 * every);
            return best;

            // Of cuts that save nothing the middle one is the best: what is too long has to be cut somewhere.
            void Consider((int, int, int, int) first, (int, int, int, int) second, bool middle)
            {
                long area = Area(first) + Area(second) - (middle ? 1 : 0);
                if (area < best.Area)
                    best = (first, second, area);
            }
        }

        /// <summary>The smallest rectangle with the same places that have detail; empty where there is none.</summary>
        private (int Left, int Top, int Right, int Bottom) Shrink(int left, int top, int right, int bottom)
        {
            if (Count(left, top, right, bottom) == 0)
                return (0, 0, 0, 0);
            while (Count(left, top, left + 1, bottom) == 0)
                left++;
            while (Count(right - 1, top, right, bottom) == 0)
                right--;
            while (Count(left, top, right, top + 1) == 0)
                top++;
            while (Count(left, bottom - 1, right, bottom) == 0)
                bottom--;
            return (left, top, right, bottom);
        }

        private int Count(int left, int top, int right, int bottom)
        {
            int stride = _columns + 1;
            return _counts[bottom * stride + right] - _counts[top * stride + right] - _counts[bottom * stride + left]
                + _counts[top * stride + left];
        }

        private static long Area((int Left, int Top, int Right, int Bottom) places) =>
            places.Right <= places.Left ? 0 : (long)Sides(places).Width * Sides(places).Height;

        private static (int Width, int Height) Sides((int Left, int Top, int Right, int Bottom) places) =>
            ((places.Right - places.Left - 1) * Block + 2 * Margin, (places.Bottom - places.Top - 1) * Block + 2 * Margin);

        /// <summary>Mean difference of a block's green from the level above.</summary>
        private static float Detail(Level half, Level quarter, int left, int top)
        {
            int sum = 0;
            for (int y = top; y < top + HalfBlock; y++)
            {
                int i = (y * half.Width + left) * 4 + 1;
                int j = (y / 2 * quarter.Width + left / 2) * 4 + 1;
                for (int x = 0; x < HalfBlock; x += 2, i += 8, j += 4)
                    sum += Math.Abs(half.Pixels[i] - quarter.Pixels[j]) + Math.Abs(half.Pixels[i + 4] - quarter.Pixels[j]);
            }

            return sum / (float)(HalfBlock * HalfBlock);
        }
    }
}
