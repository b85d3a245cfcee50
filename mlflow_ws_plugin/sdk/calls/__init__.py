"""What a run can be told and asked, one module a subject; `sdk.run.Run` is all of them."""
