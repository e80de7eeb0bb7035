"""What a person does about suspects: decide, take back, open the case, hand over what a complaint needs."""
