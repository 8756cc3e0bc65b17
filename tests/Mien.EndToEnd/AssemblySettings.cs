// These tests start processes that use every core, and measure some of them.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
