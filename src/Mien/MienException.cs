namespace Mien;

/// <summary>
/// The one error a user of Mien sees: its message names the thing that is wrong (file, row, option) and the cure.
/// </summary>
public sealed class MienException : Exception
{
    /// <summary>Creates an error with a message that names the thing and the cure.</summary>
    public MienException(string message) : base(message)
    {
    }

    /// <summary>Creates an error with a message that names the thing and the cure, and what caused it.</summary>
    public MienException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
