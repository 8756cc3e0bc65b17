using Mien.Detection;
using Mien.Imaging;

namespace Mien.TestSupport;

/// <summary>A picture turned clockwise as a whole, on a black ground that holds all of it.</summary>
internal sealed class TurnedPicture
{
    private readonly double _cosine, _sine;
    private readonly Picture _upright;

    public TurnedPicture(Picture upright, double degrees)
    {
        _upright = upright;
        (_sine, _cosine) = Math.SinCos(degrees * Math.PI / 180);
        int width = (int)Math.Ceiling(Math.Abs(upright.Width * _cosine) + Math.Abs(upright.Height * _sine) - 1e-6);
        int height = (int)Math.Ceiling(Math.Abs(upright.Width * _sine) + Math.Abs(upright.Height * _cosine) - 1e-6);
        byte[] from = upright.ToRgba();
        byte[] to = new byte[width * height * 4];
        for (int i = 0; i < width * height; i++)
        {
            to[4 * i + 3] = 255;
            (double dx, double dy) = (i % width + 0.5 - width / 2.0, i / width + 0.5 - height / 2.0);
            double x = _cosine * dx + _sine * dy + upright.Width / 2.0 - 0.5;
            double y = _cosine * dy - _sine * dx + upright.Height / 2.0 - 0.5;
            if (x < -0.5 || y < -0.5 || x > upright.Width - 0.5 || y > upright.Height - 0.5)
                continue;
            for (int color = 0; color < 3; color++)
                to[4 * i + color] = Bilinear(from, upright.Width, upright.Height, x, y, color);
        }

        Picture = Picture.FromRgba(to, width, height);
    }

    /// <summary>The turned picture.</summary>
    public Picture Picture { get; }

    /// <summary>Where a point of the upright picture lies in the turned one.</summary>
    public PicturePoint Place(PicturePoint point)
    {
        (double dx, double dy) = (point.X - _upright.Width / 2.0, point.Y - _upright.Height / 2.0);
        return new PicturePoint((float)(_cosine * dx - _sine * dy + Picture.Width / 2.0),
            (float)(_sine * dx + _cosine * dy + Picture.Height / 2.0));
    }

    private static byte Bilinear(byte[] pixels, int width, int height, double x, double y, int color)
    {
        (x, y) = (Math.Clamp(x, 0, width - 1), Math.Clamp(y, 0, height - 1));
        (int left, int top) = ((int)x, (int)y);
        (int right, int bottom) = (Math.Min(left + 1, width - 1), Math.Min(top + 1, height - 1));
        return (byte)Math.Round(Mix(Mix(At(left, top), At(right, top), x - left), Mix(At(left, bottom), At(right, bottom), x - left),
            y - top));

        double At(int column, int row) => pixels[(row * width + column) * 4 + color];

        static double Mix(double one, double other, double share) => one + (other - one) * share;
    }
}
