using Mien.Reports.Predictions;

namespace Mien.Reports.Tests.Predictions;

public class TaggerVotesTests
{
    [Fact]
    public void Votes_are_told_the_most_frequent_choice_first()
    {
        Assert.Equal("FER+: 6 sad, 3 neutral, 1 not a face", TaggerVotes.Words([0, 0, 0, 0, 6, 0, 3, 0, 0, 1]));
        Assert.Equal("FER+: no vote", TaggerVotes.Words(new byte[10]));
    }
}
