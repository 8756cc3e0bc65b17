// torch has one random generator and one thread count a process: tests that run side by side would draw from each other's.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
