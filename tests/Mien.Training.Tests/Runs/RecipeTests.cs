using Mien.TestSupport;
using Mien.Training.Runs;

namespace Mien.Training.Tests.Runs;

public class RecipeTests
{
    public static TheoryData<string> Names => [.. Recipe.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_recipe_of_Miens_reads_by_its_name_and_never_learns_from_copies_of_test_faces(string name)
    {
        TrainingOptions recipe = Recipe.Read(name);
        (recipe with { FerPlus = "votes.csv" }).Validate();
        Assert.NotEqual(TrainingOptions.Default, recipe);
        Assert.True(recipe.DropCopies);
    }

    [Fact]
    public void Quick_is_one_of_them() => Assert.Contains("quick", Recipe.Names);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_recipe_of_Miens_asks_for_the_votes_or_does_without_them(string name)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        var error = Assert.Throws<MienException>(() =>
            Trainer.Begin(new RunFolder(folder.File("run")), TrainerTests.Table(), "made up", Recipe.Read(name)));
        bool votesAreLabels = Recipe.Read(name).Labels == LabelSource.FerPlus;
        Assert.Contains(votesAreLabels ? "--ferplus fer2013new.csv." : "--ferplus fer2013new.csv, or --votes-head 0", error.Message,
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("run")));
        (votesAreLabels ? Recipe.Read(name).WithoutVotes() : Recipe.Read(name) with { VotesHead = 0 }).Validate();
    }

    [Fact]
    public void Where_the_votes_are_the_labels_there_is_no_doing_without_them()
    {
        var error = Assert.Throws<MienException>((TrainingOptions.Default with { Labels = LabelSource.FerPlus, VotesHead = 1 }).Validate);
        Assert.EndsWith("--ferplus fer2013new.csv.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_neither_recipe_nor_file_is_answered_with_the_names()
    {
        var error = Assert.Throws<MienException>(() => Recipe.Read("quickest"));
        Assert.StartsWith("quickest: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("quick", error.Message["quickest: ".Length..], StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_may_have_comments_and_changes_what_it_names_alone()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        TrainingOptions recipe = Recipe.Read(folder.Write("mine.json", """
            // shorter
            { "epochs": 3, "augmentation": { "rotation": 1 } }
            """));
        Assert.Equal(TrainingOptions.Default with { Epochs = 3, Augmentation = TrainingOptions.Default.Augmentation with { Rotation = 1 } },
            recipe with { Teachers = TrainingOptions.Default.Teachers });
    }

    [Fact]
    public void A_second_task_that_does_not_go_with_the_labels_is_named_with_the_option()
    {
        TrainingOptions votes = TrainingOptions.Default with { Labels = LabelSource.FerPlus, FerPlus = "votes.csv", FerPlusShare = 1 };
        (votes with { OwnHead = 0.5, OwnShare = 0.25, KeepDivided = true }).Validate();
        Refused(votes with { Labels = LabelSource.Own, OwnHead = 0.5 }, "--labels ferplus");
        Refused(votes with { OwnShare = 0.5 }, "--own-share 0.5");
        Refused(votes with { FerPlusShare = 0, KeepDivided = true }, "--ferplus-share 1");
        Refused(votes with { OwnHead = 0.5, VotesHead = 0.5 }, "--votes-head");

        static void Refused(TrainingOptions options, string named) =>
            Assert.Contains(named, Assert.Throws<MienException>(options.Validate).Message, StringComparison.Ordinal);
    }
}
